/// The readers behind read_structure, one per format.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "md/io/structure_io.hpp"
#include "md/io/text_scanner.hpp"

namespace landscape::md::formats {

/// All frames, or the one `options.frame` names.
enum class Which { All, One };

std::vector<Frame> read_extxyz(text::LineScanner& scanner, const ReadOptions& options, Which which);
std::vector<Frame> read_lammps_data(text::LineScanner& scanner,
                                    const ReadOptions& options,
                                    Which which);
std::vector<Frame> read_lammps_dump(text::LineScanner& scanner,
                                    const ReadOptions& options,
                                    Which which);

/// Position of `frame` (negative: from the end) among `count` frames.
/// @throws InputError if there is no such frame.
std::size_t frame_position(int frame, std::size_t count, const std::string& path);

/// The text of one frame in extended XYZ.
std::string extxyz_text(const Frame& frame);

/// @throws InputError if parts of the frame have different numbers of atoms.
void check_frame(const Frame& frame);

}  // namespace landscape::md::formats
