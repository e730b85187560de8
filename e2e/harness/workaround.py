"""The workaround that is in use today, in its own words: every bridge of a list, blindly, from cron.

Only the list, the port and the password are to be filled in: workaround.py LOGFILE PORT PASSWORD ADDRESS…
"""

import sys
from datetime import UTC, datetime

import paramiko


def log(file: str, text: str) -> None:
    with open(file, "a", encoding="utf-8") as journal:
        journal.write(f"{datetime.now(UTC)} {text}\n")


def restart(file: str, server: str, port: int, password: str) -> None:
    try:
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        client.connect(server, username="admin", password=password, port=port)
        _stdin, stdout, _stderr = client.exec_command("webbridge restart")
        for line in stdout:
            print(line.strip())
        client.close()
        log(file, f"Webbridge on server: {server} restarted successfully")
    except Exception as error:  # as the original does
        log(file, f"Failed to restart webbridge on server {server}. Error:\n{error}")


if __name__ == "__main__":
    for address in sys.argv[4:]:
        restart(sys.argv[1], address, int(sys.argv[2]), sys.argv[3])
