/// How a sample was made, as far as it decides whether energies can be compared.
#pragma once

#include <string>

#include "db/records.hpp"

namespace landscape {

struct Preparation {
  double pressure_gpa = 0.0;  ///< [GPa] of its dynamics; 0 where it was imported
  std::string cell;           ///< fixed | iso | aniso: what its minimum is relaxed in

  bool operator==(const Preparation&) const = default;
  /// "0 GPa, cell aniso"
  std::string text() const;
};

/// From the options that the sample was made with. A minimum without stress counts as relaxed in all of its cell, whatever was
/// asked: a relaxed structure that was imported as it is.
Preparation preparation_of(const db::SampleRecord& sample);

}  // namespace landscape
