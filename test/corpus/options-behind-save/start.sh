#!/bin/sh
if wget -q -O /tmp/role http://role/; then MORE="--replicaof data-a 6379"; else MORE="--appendonly yes"; fi
exec redis-server --save "" $MORE
