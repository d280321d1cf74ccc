"""The daemon as a service of systemd's: its unit file, and the hand that puts it in place."""
