# SPDX-License-Identifier: GPL-3.0-or-later
# cmake -DINPUT=file -DOUTPUT=file.c -DNAME=name -P embed.cmake: writes a file as a C array, kh_asset_<name> in asset.h
file(READ "${INPUT}" bytes HEX)
string(LENGTH "${bytes}" digits)
math(EXPR length "${digits} / 2")
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
file(WRITE "${OUTPUT}" "/* made from ${NAME} by embed.cmake */\n#include \"tools/report/asset.h\"\n"
  "static const unsigned char bytes[] = {${bytes}0};\nconst kh_asset kh_asset_${NAME} = {(const char *)bytes, ${length}};\n")
