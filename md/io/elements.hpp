/// Standard atomic masses.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace landscape::md {

/// Standard atomic mass [g/mol] of a symbol, Z = 1 to 98 (mass number of the longest-lived isotope
/// where there is no standard one); nullopt for anything else.
/// @par Source IUPAC abridged standard atomic weights (2013, 2015, 2017).
std::optional<double> standard_mass(std::string_view symbol);

/// The symbol of atomic number z; nullopt outside 1 to 98.
std::optional<std::string> symbol_of_number(int z);

/// The one element that a mass [g/mol] can mean: within 0.1 g/mol, and clearly nearer than the next
/// (Co and Ni are 0.24 apart). A mass of exactly 1 is taken for reduced units. nullopt where it is
/// ambiguous.
std::optional<std::string> symbol_of_mass(double mass);

}  // namespace landscape::md
