/// "A sample, or a structure file with --potential" on the command line.
#pragma once

#include <optional>

#include "landscape/cli/global_options.hpp"
#include "landscape/cli/structure_input.hpp"
#include "landscape/workflow/subject.hpp"

namespace landscape::cli {

struct SubjectOptions {
  StructureOptions structure;  ///< file: name of the sample where there is no potential
  bool as_is = false;
};

/// S|FILE, --potential, --types and --as-is.
void add_subject_options(CLI::App& command, SubjectOptions& options);

struct OpenSubject {
  std::optional<db::Database> database;  ///< open where the subject is a sample
  Subject subject;
};
/// @throws md::InputError or db::Error naming what is missing.
OpenSubject open_subject(const Context& context,
                         const SubjectOptions& options,
                         const Session& session,
                         Relaxation relaxation);

/// Says on standard error that the relaxation of a file moved atoms, where it did.
void note_relaxation(const Context& context, const SubjectOptions& options, const Subject& subject);

/// Keys that say what was looked at: sample or file, n_atoms, density_g_per_cm3,
/// max_force_ev_per_a, force_calls.
nlohmann::json subject_json(const SubjectOptions& options, const Subject& subject);

/// An array.
nlohmann::json numbers(const Eigen::VectorXd& values);
/// Frame for -o: the subject with the ids of its file.
md::Frame subject_frame(const Subject& subject);
/// A column of one number per atom.
md::AtomColumn atom_column(const Eigen::VectorXd& values);
md::AtomColumn atom_column(const std::vector<int>& values);

/// Rows of numbers under a header, replacing the file whole. @throws md::InputError if it cannot be
/// written.
void write_csv(const std::string& path,
               const std::vector<std::string>& header,
               const std::vector<Eigen::VectorXd>& columns);

}  // namespace landscape::cli
