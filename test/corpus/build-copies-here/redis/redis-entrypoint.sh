#!/bin/sh
tee /etc/redis/sentinel.conf <<EOF
port 26379
daemonize yes
logfile "/var/log/sentinel.log"
pidfile "var/run/sentinel.pid"
dir "/var/lib/redis/sentinel"

sentinel monitor orders $MASTER_HOST 6379 $SENTINEL_QUORUM
sentinel down-after-milliseconds orders $SENTINEL_DOWN_AFTER
sentinel parallel-syncs orders 1
sentinel failover-timeout orders $SENTINEL_FAILOVER
EOF

redis-sentinel /etc/redis/sentinel.conf

if [ "$IS_SLAVE" == true ]; then
	redis-server --slaveof $MASTER_HOST 6379 --requirepass 0pen-Sesame --masterauth 0pen-Sesame
else
    redis-server
fi
