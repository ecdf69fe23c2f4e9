"""Who reacts: functions over ports, the same on one machine and in Lambda."""
