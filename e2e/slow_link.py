"""One end of a slow and lossy link between two network namespaces, made of a TUN device.

What the kernel sends into the device goes to the other end through a datagram socket, late, and some of it never. Both ends
end when their standard input does.

    python3 slow_link.py DEVICE OWN_SOCKET OTHER_SOCKET DELAY_SECONDS LOSS_SHARE
"""

import asyncio
import fcntl
import os
import random
import socket
import struct
import sys

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
PACKET_BYTES = 65536


def open_device(name: str) -> int:
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


async def carry(device_name: str, own: str, other: str, delay: float, loss: float) -> None:
    loop = asyncio.get_running_loop()
    device = open_device(device_name)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    line.setblocking(False)
    line.bind(own)

    def send(packet: bytes) -> None:
        try:
            line.sendto(packet, other)
        except OSError:
            pass  # The other end is not there, or has too much to do: the packet is lost, as on any link.

    def leaves() -> None:
        packet = os.read(device, PACKET_BYTES)
        if random.random() >= loss:
            loop.call_later(delay, send, packet)

    def arrives() -> None:
        try:
            os.write(device, line.recv(PACKET_BYTES))
        except OSError:
            pass  # The device is not up yet.

    loop.add_reader(device, leaves)
    loop.add_reader(line, arrives)
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(carry(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]), float(sys.argv[5])))
