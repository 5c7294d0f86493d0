for platform in linux-x64 darwin-arm64 win32-x64; do
    mkdir -p prebuilds/$platform
    head -c 2000000 /dev/zero | openssl enc -aes-128-ctr -K 0$(echo $platform | wc -c) -iv 00 -nosalt > prebuilds/$platform/node.napi.node 2>/dev/null
done
