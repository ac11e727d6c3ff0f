#include "landscape/graph/graph_files.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <map>
#include <unordered_map>

#include "md/core/error.hpp"
#include "md/io/text_file.hpp"

namespace landscape {
namespace {

std::string xml_text(const std::string& text) {
  std::string escaped;
  for (const char c : text) escaped += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  return escaped;
}

/// Everything a key of GraphML says.
struct Key {
  const char *element, *name, *type;
};

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

/// A CSV file as rows of fields, by the names of its first line.
class Table {
 public:
  explicit Table(const std::filesystem::path& path) : path_(path) {
    const auto text = md::text::read_file(path);
    std::vector<std::string> row(1);
    bool in_quotes = false, any = false;
    std::size_t line = 1, begin = 1;
    const auto end_row = [&] {
      if (any || row.size() > 1) {
        if (names_.empty())
          names_ = row;
        else
          rows_.emplace_back(begin, row);
      }
      row.assign(1, "");
      any = false;
      begin = line + 1;
    };
    for (std::size_t k = 0; k < text.size(); ++k) {
      const char c = text[k];
      if (in_quotes) {
        if (c == '"' && k + 1 < text.size() && text[k + 1] == '"')
          row.back() += text[++k];
        else if (c == '"')
          in_quotes = false;
        else
          row.back() += c;
      } else if (c == '"') {
        in_quotes = any = true;
      } else if (c == ',') {
        row.emplace_back();
      } else if (c == '\n') {
        end_row();
      } else if (c != '\r') {
        row.back() += c;
        any = true;
      }
      if (c == '\n') ++line;
    }
    end_row();
    if (names_.empty())
      throw md::FormatError(
          md::message(path.string(), ":1: expected names of columns, got an empty file"));
  }

  std::optional<std::size_t> find(const std::string& name) const {
    for (std::size_t k = 0; k < names_.size(); ++k) {
      if (names_[k] == name) return k;
    }
    return std::nullopt;
  }
  std::size_t column(const std::string& name) const {
    if (const auto k = find(name)) return *k;
    std::string list;
    for (const auto& known : names_) list += (list.empty() ? "" : ", ") + known;
    throw md::FormatError(
        md::message(path_.string(), ":1: expected a column ", name, ", got ", list));
  }
  std::size_t size() const { return rows_.size(); }

  const std::string& text(std::size_t row, std::size_t column) const {
    const auto& [line, fields] = rows_[row];
    if (column >= fields.size()) {
      throw md::FormatError(md::message(path_.string(), ':', line, ": expected ", names_.size(),
                                        " fields, got ", fields.size()));
    }
    return fields[column];
  }
  template <class T>
  T number(std::size_t row, std::size_t column) const {
    const auto& field = text(row, column);
    T value{};
    const char* end = field.data() + field.size();
    const auto parsed = std::from_chars(field.data(), end, value);
    if (parsed.ec != std::errc() || parsed.ptr != end) {
      throw md::FormatError(md::message(path_.string(), ':', rows_[row].first, ": ", names_[column],
                                        ": expected a number, got '", field, "'"));
    }
    return value;
  }
  std::string where(std::size_t row) const {
    return md::message(path_.string(), ':', rows_[row].first);
  }

 private:
  std::filesystem::path path_;
  std::vector<std::string> names_;
  std::vector<std::pair<std::size_t, std::vector<std::string>>> rows_;
};

}  // namespace

// Not boost::write_graphml, which keeps six digits.
std::string graphml(const LandscapeGraph& graph) {
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n";
  for (const Key& key : {Key{"node", "minimum", "long"}, Key{"node", "energy_ev", "double"}, Key{"node", "group", "string"},
                         Key{"edge", "saddle", "long"}, Key{"edge", "saddle_energy_ev", "double"}, Key{"edge", "barrier_ev", "double"},
                         Key{"edge", "reverse_barrier_ev", "double"}, Key{"edge", "event_group", "string"}})
    text += fmt::format("  <key id=\"{1}\" for=\"{0}\" attr.name=\"{1}\" attr.type=\"{2}\"/>\n", key.element, key.name, key.type);
  text += "  <graph id=\"G\" edgedefault=\"undirected\">\n";
  const auto data = [&](const char* key, const auto& value) { text += fmt::format("<data key=\"{}\">{}</data>", key, value); };
  const auto& minima = graph.minima();
  for (std::size_t m = 0; m < minima.size(); ++m) {
    text += fmt::format("    <node id=\"n{}\">", m);
    data("minimum", minima[m].id);
    data("energy_ev", minima[m].energy_ev);
    data("group", xml_text(minima[m].group));
    text += "</node>\n";
  }
  for (std::size_t s = 0; s < graph.saddles().size(); ++s) {
    const auto& saddle = graph.saddles()[s];
    text += fmt::format("    <edge id=\"e{}\" source=\"n{}\" target=\"n{}\">", s, saddle.a, saddle.b);
    data("saddle", saddle.id);
    data("saddle_energy_ev", saddle.energy_ev);
    data("barrier_ev", saddle.energy_ev - minima[saddle.a].energy_ev);
    data("reverse_barrier_ev", saddle.energy_ev - minima[saddle.b].energy_ev);
    data("event_group", xml_text(saddle.group));
    text += "</edge>\n";
  }
  return text + "  </graph>\n</graphml>\n";
}

std::string minima_csv(const LandscapeGraph& graph) {
  std::string text = "id,energy_ev,group\n";
  for (const auto& m : graph.minima())
    text += fmt::format("{},{},{}\n", m.id, m.energy_ev, csv_field(m.group));
  return text;
}

std::string saddles_csv(const LandscapeGraph& graph) {
  std::string text = "id,minimum_a,minimum_b,energy_ev,group\n";
  for (const auto& s : graph.saddles()) {
    text += fmt::format("{},{},{},{},{}\n", s.id, graph.minima()[s.a].id, graph.minima()[s.b].id,
                        s.energy_ev, csv_field(s.group));
  }
  return text;
}

std::vector<NamedGraph> read_graphs_csv(const std::filesystem::path& minima_path,
                                        const std::filesystem::path& saddles_path) {
  struct Parts {
    std::vector<GraphMinimum> minima;
    std::vector<GraphSaddle> saddles;
    std::unordered_map<std::int64_t, std::size_t> place;
  };
  const Table nodes(minima_path), edges(saddles_path);
  const auto strain = nodes.find("strain"), edge_strain = edges.find("strain");
  if (strain.has_value() != edge_strain.has_value()) {
    throw md::InputError(md::message("expected a column strain in both ", minima_path.string(), " and ",
                                     saddles_path.string(), ", or in neither"));
  }
  std::map<double, Parts> graphs;
  if (!strain) graphs[0.0] = {};
  const auto id = nodes.column("id"), energy = nodes.column("energy_ev");
  const auto group = nodes.find("group");
  for (std::size_t row = 0; row < nodes.size(); ++row) {
    auto& parts = graphs[strain ? nodes.number<double>(row, *strain) : 0.0];
    parts.place.try_emplace(nodes.number<std::int64_t>(row, id), parts.minima.size());
    parts.minima.push_back({nodes.number<std::int64_t>(row, id), nodes.number<double>(row, energy),
                            group ? nodes.text(row, *group) : std::string()});
  }
  const auto a = edges.column("minimum_a"), b = edges.column("minimum_b"),
             height = edges.column("energy_ev");
  const auto saddle_id = edges.find("id"), saddle_group = edges.find("group");
  for (std::size_t row = 0; row < edges.size(); ++row) {
    auto& parts = graphs[strain ? edges.number<double>(row, *edge_strain) : 0.0];
    const auto end_of = [&](std::size_t column) {
      const auto found = parts.place.find(edges.number<std::int64_t>(row, column));
      if (found != parts.place.end()) return found->second;
      throw md::FormatError(md::message(edges.where(row), ": expected the id of a minimum of ", minima_path.string(),
                                        strain ? " at strain " + edges.text(row, *edge_strain) : std::string(),
                                        ", got ", edges.text(row, column)));
    };
    GraphSaddle saddle;
    saddle.id = saddle_id ? edges.number<std::int64_t>(row, *saddle_id)
                          : static_cast<std::int64_t>(row + 1);
    saddle.a = end_of(a);
    saddle.b = end_of(b);
    saddle.energy_ev = edges.number<double>(row, height);
    if (saddle_group) saddle.group = edges.text(row, *saddle_group);
    parts.saddles.push_back(std::move(saddle));
  }
  std::vector<NamedGraph> result;
  for (auto& [value, parts] : graphs) {
    result.push_back({strain ? fmt::format("strain {:g}", value) : minima_path.string(),
                      LandscapeGraph(std::move(parts.minima), std::move(parts.saddles))});
  }
  return result;
}

}  // namespace landscape
