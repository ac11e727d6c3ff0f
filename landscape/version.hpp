/// Which code made a result.
#pragma once

#include <string_view>

namespace landscape {

/// The release, and the commit where it was built from one: "0.1.0+c90dbabf1b2c", "-dirty" when files were changed.
std::string_view code_version();

}  // namespace landscape
