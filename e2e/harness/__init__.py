"""What the stories need: a server, people with chat clients, and ways to wait for what they would notice."""
