#include "landscape/exchange/state_files.hpp"

#include <charconv>
#include <map>
#include <tuple>

#include "landscape/exchange/wales.hpp"
#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"
#include "md/io/structure_io.hpp"

namespace landscape {
namespace {

/// Gathers the frames of one file; see read_offered_frames.
class FrameReader {
 public:
  explicit FrameReader(std::filesystem::path file) : file_(std::move(file)) {}

  std::vector<OfferedStates> read() {
    const auto frames = md::read_frames(file_);
    for (std::size_t k = 0; k < frames.size();) {
      const auto role = key(frames[k], "role");
      if (role == "track") {
        ++k;
      } else if (role == "minimum") {
        auto& place = at(frames[k], k);
        minimum(place, frames[k], k);
        ++k;
      } else if (role == "initial") {
        event(frames, k);
        k += 3;
      } else {
        throw md::InputError(md::message(name(k), ": expected role=initial (with saddle and final after it) or role=minimum, got ",
                                         role.empty() ? "none" : "role=" + role));
      }
    }
    std::vector<OfferedStates> result;
    for (auto& [place, offered] : offers_) result.push_back(std::move(offered.states));
    return result;
  }

 private:
  struct Offer {
    OfferedStates states;
    std::map<std::string, std::size_t> minima;  ///< by their bytes
  };

  static std::string key(const md::Frame& frame, const std::string& name) {
    const auto found = frame.info.find(name);
    return found == frame.info.end() ? std::string() : found->second;
  }
  std::string name(std::size_t k) const { return md::message(file_.string(), " frame ", k + 1); }

  Offer& at(const md::Frame& frame, std::size_t k) {
    int plane = 0;
    double strain = 0.0;
    for (int p = 0; p < 3; ++p) {
      const auto text = key(frame, std::string("strain_") + plane_name(p));
      if (text.empty()) continue;
      const auto parsed = std::from_chars(text.data(), text.data() + text.size(), strain);
      if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
        throw md::InputError(md::message(name(k), ": strain_", plane_name(p), ": expected a number, got '", text, "'"));
      plane = p;
    }
    auto& offer = offers_[{key(frame, "sample"), plane, strain}];
    if (offer.states.like.size() == 0) {
      offer.states.sample = key(frame, "sample");
      offer.states.plane = plane;
      offer.states.strain_xy = strain;
      offer.states.like = frame.configuration;
    }
    if (frame.configuration.species != offer.states.like.species ||
        !frame.configuration.cell.matrix().isApprox(offer.states.like.cell.matrix(), 1e-12))
      throw md::InputError(md::message(name(k), ": expected the atoms and the cell of the frames before it at this strain"));
    return offer;
  }

  OfferedState state(const md::Frame& frame, std::size_t k) const {
    return {frame.configuration.positions, frame.energy_ev.value_or(db::unknown), name(k)};
  }

  std::size_t minimum(Offer& offer, const md::Frame& frame, std::size_t k) {
    const auto& positions = frame.configuration.positions;
    const std::string bytes(reinterpret_cast<const char*>(positions.data()), static_cast<std::size_t>(positions.size()) * sizeof(double));
    auto& minima = offer.states.offer.minima;
    const auto [found, fresh] = offer.minima.try_emplace(bytes, minima.size());
    if (fresh) minima.push_back(state(frame, k));
    return found->second;
  }

  void event(const std::vector<md::Frame>& frames, std::size_t k) {
    const bool whole = k + 2 < frames.size() && key(frames[k + 1], "role") == "saddle" && key(frames[k + 2], "role") == "final" &&
                       key(frames[k + 1], "event") == key(frames[k], "event") && key(frames[k + 2], "event") == key(frames[k], "event");
    if (!whole) throw md::InputError(md::message(name(k), ": expected the saddle and the final minimum of the event after it"));
    auto& offer = at(frames[k], k);
    at(frames[k + 1], k + 1);
    at(frames[k + 2], k + 2);
    OfferedEvent one;
    one.initial = minimum(offer, frames[k], k);
    one.final = minimum(offer, frames[k + 2], k + 2);
    one.saddle = offer.states.offer.saddles.size();
    if (const auto origin = key(frames[k], "event_origin"); !origin.empty()) one.origin = origin;
    if (one.origin != "map" && one.origin != "shear")
      throw md::InputError(md::message(name(k), ": event_origin: expected map or shear, got ", one.origin));
    auto& rows = offer.states.rows.emplace_back();
    const auto number = key(frames[k], "event");
    std::from_chars(number.data(), number.data() + number.size(), rows.number);
    rows.where = name(k);
    rows.rows = key(frames[k], "landscape_rows");
    rows.shear = key(frames[k], "landscape_shear");
    offer.states.offer.saddles.push_back(state(frames[k + 1], k + 1));
    offer.states.offer.events.push_back(one);
  }

  std::filesystem::path file_;
  std::map<std::tuple<std::string, int, double>, Offer> offers_;
};

std::vector<OfferedState> states(const std::vector<std::vector<double>>& points, const std::string& file) {
  std::vector<OfferedState> result;
  for (const auto& one : points) {
    auto& state = result.emplace_back();
    state.positions = Eigen::Map<const md::Matrix3Xd>(one.data(), 3, static_cast<Eigen::Index>(one.size() / 3));
    state.where = md::message(file, " state ", result.size());
  }
  return result;
}

}  // namespace

std::vector<OfferedStates> read_offered_frames(const std::filesystem::path& file) {
  return FrameReader(file).read();
}

OfferedStates read_offered_wales(const std::filesystem::path& folder) {
  const auto files = read_wales(folder);
  const auto& minima = files.graph.minima();
  const auto& saddles = files.graph.saddles();
  if (files.minima_points.size() != minima.size() || files.saddle_points.size() != saddles.size())
    throw md::InputError(md::message(folder.string(), ": expected points.min and points.ts with the coordinates; without them "
                                     "'landscape graph --wales' draws the graph"));
  OfferedStates result;
  result.offer.minima = states(files.minima_points, (folder / "points.min").string());
  result.offer.saddles = states(files.saddle_points, (folder / "points.ts").string());
  for (std::size_t m = 0; m < minima.size(); ++m) result.offer.minima[m].energy_ev = minima[m].energy_ev;
  for (std::size_t s = 0; s < saddles.size(); ++s) {
    result.offer.saddles[s].energy_ev = saddles[s].energy_ev;
    result.offer.events.push_back({saddles[s].a, s, saddles[s].b});
  }
  return result;
}

void expect_fits(const OfferedStates& offered, const md::Configuration& sample, const std::string& file) {
  if (offered.like.size() == 0) return;
  if (offered.like.species != sample.species)
    throw md::InputError(md::message(file, ": expected the ", sample.size(), " atoms of the sample, species in the same order, got ",
                                     offered.like.size(), " of ", offered.like.composition()));
  const double far = (offered.like.cell.matrix() - sample.cell.matrix()).cwiseAbs().maxCoeff();
  if (far > 1e-6)
    throw md::InputError(md::message(file, ": its cell differs from that of the sample at this strain by ", far, " Å, expected at most 1e-6"));
}

}  // namespace landscape
