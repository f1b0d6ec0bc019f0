#!/usr/bin/sed -f
# For Doxygen: the opening comment of a header is what its file is for.
1s|^// |/// @file\n/// |
2,/^#pragma once/s|^// |/// |
