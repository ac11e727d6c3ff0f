#include "landscape/version.hpp"

#include <landscape_code_version.hpp>

namespace landscape {

std::string_view code_version() { return LANDSCAPE_CODE_VERSION; }

}  // namespace landscape
