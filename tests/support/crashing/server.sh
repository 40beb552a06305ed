# A machine that has a trail, and a second one that mounts its disk over the network.
#
#   bash server.sh PYTHON TRAIL_PARENT WRITER BOOT_ID
#
# Runs in a user, mount and network namespace of its own. The second machine is a further
# set of namespaces at the other end of a cable (veth), with a host name and boot id of
# its own; it reaches the files by SSHFS, which speaks SFTP to a server here. What WRITER
# says there is printed.
set -euo pipefail
python=$1 parent=$2 writer=$3 boot=$4
here=10.77.0.1 there=10.77.0.2
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT

mkdir "$work/mnt"
echo "$boot" >"$work/boot_id"
ip link set lo up
ip link add cable type veth peer name there
ip address add "$here/30" dev cable
ip link set cable up

"$python" - "$here" <<'PYTHON' &
import socket, subprocess, sys
with socket.create_server((sys.argv[1], 7722)) as server:
    peer, _ = server.accept()
    with peer:
        subprocess.run(["/usr/lib/openssh/sftp-server"], stdin=peer, stdout=peer)
PYTHON

unshare --net --uts --mount --fork bash -euo pipefail -c '
  python=$1 parent=$2 writer=$3 work=$4 here=$5 there=$6
  for _ in $(seq 200); do ip link show there >/dev/null 2>&1 && break; sleep 0.02; done
  hostname elsewhere
  mount --bind "$work/boot_id" /proc/sys/kernel/random/boot_id
  ip link set lo up
  ip address add "$there/30" dev there
  ip link set there up
  for _ in $(seq 50); do
    sshfs -o directport=7722 "$here:$parent" "$work/mnt" 2>"$work/said" && break
    sleep 0.1
  done
  mountpoint -q "$work/mnt" || { cat "$work/said" >&2; exit 1; }
  code=0
  "$python" "$writer" "$work/mnt" || code=$?
  umount "$work/mnt"
  exit $code
' bash "$python" "$parent" "$writer" "$work" "$here" "$there" &
second=$!
for _ in $(seq 200); do
  ip link set there netns "$(pgrep -P "$second" | head -1)" 2>/dev/null && break
  sleep 0.02
done
wait "$second"
