/// The content of a database as text, to compare two files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "db/error.hpp"

namespace landscape::db {

/// One line for every row of every table, "table id column=value ...", doubles to the last bit and
/// blobs in hexadecimal.
///
/// Left out is what may differ between two executions of the same work: the runs with their times
/// and hosts, the run_id of each row, and checkpoints. So a study made in one go and the same study
/// killed and continued give equal lines.
/// @throws Error if the file cannot be opened as a landscape database.
std::vector<std::string> content_lines(const std::filesystem::path& path);

}  // namespace landscape::db
