"""Group robots (群机器人): a chat group hears of meetings called, moved, cancelled; sent by `flask deliver`."""
