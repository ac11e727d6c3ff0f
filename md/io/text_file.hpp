/// Whole text files: reading, and writing that leaves no half-written file behind. Names that end in .gz are written
/// compressed; what is compressed by gzip is read whatever its name.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace landscape::md::text {

/// @throws InputError "path: cannot read: reason"; FormatError for a damaged gzip file.
std::string read_file(const std::filesystem::path& path);

/// Writes a temporary file in the same folder and renames it onto `path` (through a symbolic link
/// onto its target). What is no regular file, a pipe say, is written to directly.
/// @throws InputError "path: cannot write: reason"; the old file is then unchanged and the
/// temporary one gone.
void replace_file(const std::filesystem::path& path, std::string_view content);

/// Adds to the end of a file, which is created if need be.
/// @throws InputError as replace_file; the file then has its old length.
void append_file(const std::filesystem::path& path, std::string_view content);

}  // namespace landscape::md::text
