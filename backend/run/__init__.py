"""Starting, watching and stopping the processes of the platform on one machine."""
