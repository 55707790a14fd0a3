#!/bin/sh
set -e
export ANNOUNCE_PORT="${ANNOUNCE_PORT:-0}"
WORK=/data
if [ -n "$SERVICE" ]; then
  NUMBER=$(nslookup $(hostname -i) | sed -n "s/.*$SERVICE-\([0-9]*\)\..*/\1/p")
  if [ -n "$NUMBER" ]; then
    # Copies of one service have a directory each.
    WORK="/data/$NUMBER"
  fi
fi
mkdir -p "$WORK"
cd "$WORK"
case "$(nproc)" in
  1) THREADS=1 ;;
  *) THREADS=2 ;;
esac
TEXT=$(envsubst < /templates/$KIND.conf)
printf '%s\n' "$TEXT" > own.conf
echo "io-threads $THREADS" >> own.conf
exec redis-server own.conf $FLAGS
