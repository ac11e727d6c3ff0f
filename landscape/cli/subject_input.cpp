#include "landscape/cli/subject_input.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>

#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"

namespace landscape::cli {

void add_subject_options(CLI::App& command, SubjectOptions& options) {
  command
      .add_option("S", options.structure.file,
                  "name of a sample; or a structure file, with --potential")
      ->required();
  command.add_option("--potential,-p", options.structure.potential,
                     "of a structure file, as for `energy`; samples have theirs");
  command
      .add_option("--types", options.structure.types, "names of LAMMPS types 1, 2, ...: Zr,Cu,Al")
      ->delimiter(',')->allow_extra_args(false);
}

OpenSubject open_subject(const Context& context,
                         const SubjectOptions& options,
                         const Session& session,
                         Relaxation relaxation) {
  OpenSubject open;
  const std::string& name = options.structure.file;
  if (options.structure.potential.empty()) {
    const bool no_database = !std::filesystem::exists(context.global.database);
    if (std::filesystem::is_regular_file(name) && no_database)
      throw md::InputError(name + " is a file: expected --potential with it, got none");
    open.database.emplace(context.global.database, db::Mode::ReadWrite);
    if (!open.database->find_sample(name) && std::filesystem::is_regular_file(name))
      throw md::InputError("there is no sample " + name + " in " + context.global.database +
                           ", but a file of that name: expected --potential with it, got none");
    open.subject = sample_subject(*open.database, name);
    return open;
  }
  if (!std::filesystem::exists(name) && std::filesystem::exists(context.global.database) &&
      db::Database(context.global.database, db::Mode::ReadOnly).find_sample(name))
    throw md::InputError(name + " is a sample and has its potential: expected no --potential with it, got " + options.structure.potential);
  auto input = open_structure(options.structure, md::TableEnd::Flat);
  open.subject = file_subject(std::move(input.configuration), input.potential,
                              options.as_is ? Relaxation::None : relaxation, session);
  return open;
}

void note_relaxation(const Context& context,
                     const SubjectOptions& options,
                     const Subject& subject) {
  if (subject.moved_a > 1e-3)
    context.note(md::message(options.structure.file,
                             " was no minimum: relaxed in its own cell, the farthest atom moved ",
                             static_cast<float>(subject.moved_a), " Å; --as-is takes it as it is"));
}

nlohmann::json subject_json(const SubjectOptions& options, const Subject& subject) {
  return {{subject.sample ? "sample" : "file", options.structure.file},
          {"n_atoms", subject.configuration.size()},
          {"density_g_per_cm3", density_g_per_cm3(subject.configuration, *subject.potential)},
          {"max_force_ev_per_a", subject.max_force_ev_per_a},
          {"force_calls", subject.force_calls}};
}

nlohmann::json numbers(const Eigen::VectorXd& values) { return std::vector<double>(values.begin(), values.end()); }

md::Frame subject_frame(const Subject& subject) {
  md::Frame frame;
  frame.configuration = subject.configuration;
  return frame;
}

md::AtomColumn atom_column(const Eigen::VectorXd& values) {
  md::AtomColumn column;
  column.values = values.transpose();
  return column;
}

md::AtomColumn atom_column(const std::vector<int>& values) {
  md::AtomColumn column;
  column.kind = md::ColumnKind::Integer;
  column.values.resize(1, static_cast<Eigen::Index>(values.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    column.values(0, static_cast<Eigen::Index>(i)) = values[i];
  return column;
}

void write_csv(const std::string& path,
               const std::vector<std::string>& header,
               const std::vector<Eigen::VectorXd>& columns) {
  const std::string partial = path + ".part";
  std::ofstream out(partial);
  out.imbue(std::locale::classic());
  out.precision(9);
  for (std::size_t c = 0; c < header.size(); ++c) out << (c ? "," : "") << header[c];
  out << '\n';
  for (Eigen::Index row = 0; row < columns.front().size(); ++row) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      out << (c ? "," : "");
      if (std::isfinite(columns[c][row])) out << columns[c][row];
    }
    out << '\n';
  }
  out.close();
  std::error_code failed;
  if (out) std::filesystem::rename(partial, path, failed);
  if (!out || failed) throw md::InputError(path + ": cannot be written");
}

}  // namespace landscape::cli
