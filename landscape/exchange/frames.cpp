#include "landscape/exchange/frames.hpp"

#include <fmt/format.h>

#include <optional>

#include "landscape/workflow/records.hpp"

namespace landscape {
namespace {

std::string number(double value) {
  return fmt::format("{}", value);
}

void set_displacement(md::Frame& frame, md::Matrix3Xd displacement) {
  frame.extra["displacement"] = {md::ColumnKind::Real, std::move(displacement), {}};
}

template <class State>
void describe(md::Frame& frame, const db::SampleRecord& sample, const State& state) {
  frame.energy_ev = state.energy_ev;
  if (frame.configuration.cell.fully_periodic() && std::isfinite(state.stress_gpa[0])) {
    frame.stress_gpa = state.stress_gpa;
  }
  frame.info["sample"] = sample.name;
  frame.info["strain_" + state.plane] = number(state.strain_xy);
  frame.info["state_id"] = std::to_string(state.id);
  frame.info["uid"] = state.uid;
}

}  // namespace

md::Matrix3Xd displacement_between(const md::Configuration& from, const md::Matrix3Xd& to) {
  md::Matrix3Xd moved(3, from.positions.cols());
  for (Eigen::Index k = 0; k < moved.cols(); ++k) {
    moved.col(k) = from.cell.minimum_image(to.col(k) - from.positions.col(k));
  }
  if (from.movable.empty() && moved.cols() > 0) {
    const Eigen::Vector3d drift = moved.rowwise().mean();
    moved.colwise() -= drift;
  }
  return moved;
}

md::Frame minimum_frame(db::Database& database, db::Id minimum_id) {
  const auto record = database.minimum(minimum_id);
  md::Frame frame;
  frame.configuration = load_minimum(database, minimum_id);
  describe(frame, database.sample(record.sample_id), record);
  frame.info["role"] = "minimum";
  return frame;
}

md::Frame saddle_frame(db::Database& database, db::Id saddle_id) {
  const auto record = database.saddle(saddle_id);
  md::Frame frame;
  frame.configuration = load_saddle(database, saddle_id);
  describe(frame, database.sample(record.sample_id), record);
  frame.info["role"] = "saddle";
  frame.info["curvature_ev_per_a2"] = number(record.curvature_ev_per_a2);
  if (record.mode_configuration_id) {
    set_displacement(frame,
                     load_positions(database, *record.mode_configuration_id));
  }
  return frame;
}

std::vector<md::Frame> event_frames(db::Database& database, db::Id event_id) {
  const auto event = database.event(event_id);
  std::vector<md::Frame> frames = {minimum_frame(database, event.initial_minimum_id),
                                   saddle_frame(database, event.saddle_id),
                                   minimum_frame(database, event.final_minimum_id)};
  const md::Configuration start = frames[0].configuration;
  constexpr const char* roles[] = {"initial", "saddle", "final"};
  for (std::size_t k = 0; k < frames.size(); ++k) {
    auto& frame = frames[k];
    auto moved = displacement_between(start, frame.configuration.positions);
    if (k > 0) frame.configuration.positions = start.positions + moved;
    set_displacement(frame, std::move(moved));
    frame.info["event"] = std::to_string(event.id);
    frame.info["role"] = roles[k];
    frame.info["event_origin"] = event.origin;
    frame.info["barrier_ev"] = number(event.barrier_ev);
    frame.info["reverse_barrier_ev"] = number(event.reverse_barrier_ev);
    frame.info["center_atom"] = std::to_string(event.center_atom);
  }
  return frames;
}

std::vector<md::Frame> track_frames(db::Database& database, db::Id event_id, TrackState state) {
  const auto event = database.event(event_id);
  const auto sample = database.sample(event.sample_id);
  const auto track = database.newest_track(event_id, event.plane);
  std::vector<md::Frame> frames;
  if (!track) return frames;
  for (const auto& point : database.points_of_track(track->id)) {
    const auto& id = state == TrackState::Initial  ? point.initial_configuration_id
                     : state == TrackState::Saddle ? point.saddle_configuration_id
                                                   : point.final_configuration_id;
    if (!id) continue;
    md::Frame frame;
    frame.configuration =
        sample_configuration(database, sample, *id, point.strain_xy, plane_index(event.plane));
    frame.info["sample"] = sample.name;
    frame.info["event"] = std::to_string(event.id);
    frame.info["point"] = std::to_string(point.point_index);
    frame.info["strain_" + event.plane] = number(point.strain_xy);
    frame.info["barrier_ev"] = number(point.barrier_ev);
    frames.push_back(std::move(frame));
  }
  return frames;
}

}  // namespace landscape
