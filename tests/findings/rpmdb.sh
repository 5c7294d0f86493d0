#!/bin/sh
# Makes rpmdb.sqlite.gz: the database of an rpm that has installed twelve small packages, and one with 300 files, whose
# header does not fit into a page. Needs rpmbuild and rpm 4.16 or later with SQLite (Debian: apt-get install rpm).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
build() {
  cat > "$1.spec" <<SPEC
Name: $1
Version: 1.2
Release: 3
Summary: for a test
License: MIT
BuildArch: noarch
%description
For a test.
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/share/$1 "%{buildroot}/opt/two words"
echo $1 > %{buildroot}/usr/bin/$1
for i in \$(seq $2); do echo \$i > %{buildroot}/usr/share/$1/a-file-$1-\$i; done
echo $1 > "%{buildroot}/opt/two words/$1.txt"
%files
/usr/bin/$1
/usr/share/$1
"/opt/two words/$1.txt"
SPEC
  rpmbuild -bb --define "_topdir $work/build" --define "_rpmdir $work" "$1.spec" > "$1.log" 2>&1
}
for name in a b c d e f g h i j k l; do build "small-$name" 1; done
build many 300
rpm --root "$work/root" --dbpath /var/lib/rpm --initdb
rpm --root "$work/root" --dbpath /var/lib/rpm -i --nodeps --ignorearch noarch/*.rpm
gzip -9n < root/var/lib/rpm/rpmdb.sqlite > "$here/rpmdb.sqlite.gz"
