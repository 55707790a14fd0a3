#!/bin/sh
sed -i "s/\$GUARD_QUORUM/$GUARD_QUORUM/g" /etc/redis/guard.conf
sed -i "s/\$GUARD_DOWN_AFTER/$GUARD_DOWN_AFTER/g" /etc/redis/guard.conf
sed -i "s/\$GUARD_FAILOVER/$GUARD_FAILOVER/g" /etc/redis/guard.conf
exec docker-entrypoint.sh redis-server /etc/redis/guard.conf --sentinel
