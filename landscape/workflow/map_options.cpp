#include <cmath>
#include <nlohmann/json.hpp>

#include "landscape/workflow/mapping.hpp"
#include "md/core/error.hpp"

namespace landscape {

using nlohmann::json;

void MapOptions::validate() const {
  if (searches && events) throw md::InputError("map: expected one of --searches and --events, got both");
  if (searches && *searches < 1) throw md::InputError(md::message("--searches: expected at least 1, got ", *searches));
  if (events && *events < 1) throw md::InputError(md::message("--events: expected at least 1, got ", *events));
  if (!(search.local_margin >= 0.0))
    throw md::InputError(md::message("--margin: expected a length of at least 0 Å, got ", search.local_margin));
  if (!(search.activation_step > 0.0 && search.activation_step < 10.0))
    throw md::InputError(md::message("--push: expected a length between 0 and 10 Å, got ", search.activation_step));
  if (!(search.approach.max_energy > 0.0))
    throw md::InputError(md::message("--max-barrier: expected a positive energy, got ", search.approach.max_energy, " eV"));
  if (!std::isfinite(strain_xy) || std::abs(strain_xy) > 1.0)
    throw md::InputError(md::message("--strain: expected a number between -1 and 1, got ", strain_xy));
  if (plane != "xy" && plane != "xz" && plane != "yz") throw md::InputError("--plane: expected xy, xz or yz, got " + plane);
  if (plane != "xy" && strain_xy == 0.0) throw md::InputError("--plane " + plane + ": expected a --strain other than 0 with it");
  if (until_unseen && events) throw md::InputError("map: expected one of --events and --until-unseen, got both");
  if (until_unseen && !(*until_unseen > 0.0 && *until_unseen < 1.0))
    throw md::InputError(md::message("--until-unseen: expected a chance between 0 and 1, got ", *until_unseen));
  if (max_minima < 1) throw md::InputError(md::message("--max-minima: expected at least 1, got ", max_minima));
  if (!from.empty() && from != "all" && from.find_first_not_of("0123456789") != std::string::npos)
    throw md::InputError("--from: expected the id of a minimum (view minima) or all, got " + from);
  if (!from.empty() && from != "all" && strain_xy != 0.0)
    throw md::InputError(md::message("map: expected one of --from ", from, " and --strain ", strain_xy,
                                     ", got both; a minimum is mapped at the strain it was stored at"));
  starts.validate();
  search.validate();
}

std::string MapOptions::text(const std::string& minimum_uid) const {
  const auto& s = search;
  json options = {{"center_atoms", starts.atoms},
              {"element", starts.element},
              {"radius_a", s.radius},
              {"activation_step_a", s.activation_step},
              {"max_activation_steps", s.max_activation_steps},
              {"relaxation_steps", s.relaxation_steps},
              {"leave_curvature_ev_per_a2", s.leave_curvature},
              {"push_over_a", s.push_over},
              {"same_a", s.same},
              {"local_margin_a", s.local_margin},
              {"local_force", s.local_force},
              {"grow_force", s.grow_force},
              {"max_growth", s.max_growth},
              {"gave_way_a", s.gave_way},
              {"moved_a", s.moved},
              {"surely_other_a", s.surely_other},
              {"saddle_max_force", s.approach.max_force},
              {"saddle_max_iterations", s.approach.max_iterations},
              {"saddle_max_step", s.approach.max_step},
              {"saddle_max_energy", s.approach.max_energy},
              {"saddle_max_climb", s.approach.max_climb},
              {"recognize_a", s.recognize},
              {"minimum_max_force", s.minimum.max_force}};
  // Named only where given, so that mappings made before there was the choice go on.
  if (!starts.zone.empty()) options["zone"] = starts.zone;
  if (starts.soft_spots) options["soft_spots"] = "amplitude";  // true: spots of the intensity, before
  if (starts.shares != Shares::Random) options["shares"] = name(starts.shares);
  if (s.proof.inertia_atoms != art::ProofOptions{}.inertia_atoms) options["inertia_atoms"] = s.proof.inertia_atoms;
  if (s.local_margin > 0.0) {
    options["local_iterations"] = s.local_iterations;
    options["local_patience"] = s.local_patience;
    options["local_vectors"] = s.local_vectors;
    options["local_climb_a"] = s.local_climb;
    options["side_force"] = s.side_force;
  }
  if (s.detached == art::Detached::Leave && s.local_margin > 0.0) options["detached"] = "leave";
  if (!minimum_uid.empty()) options["from_minimum"] = minimum_uid;
  else if (plane != "xy") options["plane"] = plane;
  return options.dump();
}

}  // namespace landscape
