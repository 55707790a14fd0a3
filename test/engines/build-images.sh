#!/usr/bin/env bash
# Makes images of newer servers out of Debian 13's packages, for machines that reach Debian but no image registry:
# sentinelctl-test/redis:8 and sentinelctl-test/valkey:8. Nothing is installed on the machine itself. Images that this
# script made before, as it is now, stay.
set -euo pipefail
made_by=$(sha256sum "$0" | cut -c1-16)
is_made() { [ "$(docker image inspect --format '{{index .Config.Labels "made-by"}}' "$1" 2>/dev/null)" = "$made_by" ]; }
if is_made sentinelctl-test/redis:8 && is_made sentinelctl-test/valkey:8; then exit; fi
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/lists/partial "$work"/cache/archives/partial "$work"/debs
echo "deb [signed-by=$keyring] http://deb.debian.org/debian trixie main" >"$work/sources.list"
apt=(-qq -o Dir::Etc::SourceParts=/dev/null -o "Dir::Etc::SourceList=$work/sources.list"
  -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o Dir::State::status=/dev/null -o APT::Sandbox::User=root)

apt-get "${apt[@]}" update
# What the two servers and their command line tools link against; the rest of what the packages depend on is for
# installing them as services.
(cd "$work/debs" && apt-get "${apt[@]}" download redis-server redis-tools valkey-server valkey-tools libc6 libssl3t64 \
  libjemalloc2 liblzf1 libsystemd0 libcap2 libgcc-s1 libstdc++6 libatomic1 libzstd1 zlib1g openssl-provider-legacy)

image() { # NAME TAG PACKAGE TOOLS
  local root="$work/root-$1"
  mkdir -p "$root"
  for deb in "$work"/debs/*.deb; do
    case $(basename "$deb") in
      redis-* | valkey-*) case $(basename "$deb") in "$3"_* | "$4"_*) ;; *) continue ;; esac ;;
    esac
    dpkg -x "$deb" "$root"
  done
  # Debian 13's packages ship below /usr only; the loader's own path is a link there.
  for name in bin lib lib64 sbin; do [ -e "$root/$name" ] || ln -s "usr/$name" "$root/$name"; done
  mkdir -p "$root/tmp" "$root/data" "$root/etc"
  chmod 1777 "$root/tmp"
  printf 'root:x:0:0::/:/bin/false\n%s:x:999:999::/data:/bin/false\n' "$1" >"$root/etc/passwd"
  rm -rf "$root/usr/share/doc" "$root/usr/share/man" "$root/var/lib" "$root/var/log"
  tar -C "$root" -c . | docker import --change "CMD [\"$1-server\"]" --change "LABEL made-by=$made_by" - "sentinelctl-test/$1:$2" >/dev/null
  docker run --rm --network none --entrypoint "$1-server" "sentinelctl-test/$1:$2" --version
}
image redis 8 redis-server redis-tools
image valkey 8 valkey-server valkey-tools
