#include <sys/resource.h>

#include <csignal>

#include "md/io/structure_io.hpp"
#include "tests/md/io_support.hpp"

namespace landscape::md {
namespace {

using namespace io_test;

/// What reading `content` says, without the folder.
template <class E = FormatError>
std::string failure(const std::string& name,
                    const std::string& content,
                    const ReadOptions& options = {}) {
  const TemporaryFolder folder;
  const auto path = folder.write(name, content);
  std::string what = what_of<E>([&] { (void)read_structure(path, options); });
  const std::string prefix = folder.path().string() + "/";
  EXPECT_TRUE(what.starts_with(prefix)) << what;
  what.erase(0, prefix.size());
  EXPECT_EQ(what.find('\n'), std::string::npos);
  EXPECT_EQ(what_of<E>([&] { (void)read_frames(path, options); }).substr(prefix.size()), what);
  return what;
}

const std::string header =
    "Lattice=\"5 0 0 0 5 0 0 0 5\" Properties=species:S:1:pos:R:3 pbc=\"T T T\"\n";

TEST(ExtxyzFailure, CoordinatesThatAreNotFiniteAreRefusedWithTheirLine) {
  EXPECT_EQ(failure("a.xyz", "2\n" + header + "Cu 0 0 0\nCu 0 nan 0\n"),
            "a.xyz:4: expected a coordinate (a finite number), got \"nan\"");
  EXPECT_EQ(failure("a.xyz", "1\n" + header + "Cu 0 -inf 0\n"),
            "a.xyz:3: expected a coordinate (a finite number), got \"-inf\"");
  EXPECT_EQ(failure("a.xyz", "1\n" + header + "Cu 0 1.5x 0\n"),
            "a.xyz:3: expected a coordinate (a finite number), got \"1.5x\"");
}

TEST(ExtxyzFailure, TruncatedFilesNameTheMissingAtom) {
  EXPECT_EQ(failure("a.xyz", "3\n" + header + "Cu 0 0 0\nCu 1 0 0\n"),
            "a.xyz:5: expected atom 3 of 3 (line 1 says how many), got the end of the file");
  EXPECT_EQ(failure("a.xyz", "3\n"),
            "a.xyz:1: expected 3 atoms as this line says, got a file of 0 more bytes");
  EXPECT_EQ(failure("a.xyz", ""), "a.xyz:1: expected the number of atoms, got an empty file");
}

TEST(ExtxyzFailure, WrongCountsAreRefused) {
  EXPECT_EQ(failure("a.xyz", "1\n" + header + "Cu 0 0 0 7\n"),
            "a.xyz:3: expected 4 columns for atom 1 of 1 (Properties), got 5");
  EXPECT_EQ(failure("a.xyz", "1\nplain\nCu 0 0\n"),
            "a.xyz:3: expected 4 columns for atom 1 of 1 (no Properties: symbol x y z), got 3");
  EXPECT_EQ(failure("a.xyz", "1\n" + header + "Cu 0 0 0\nCu 1 0 0\n"),
            "a.xyz:4: expected the number of atoms (a positive integer), got \"Cu 1 0 0\"");
  EXPECT_EQ(failure("a.xyz", "0\n" + header),
            "a.xyz:1: expected the number of atoms (a positive integer), got \"0\"");
  EXPECT_EQ(
      failure("a.xyz", "99999999999999\n\nCu 0 0 0\n"),
      "a.xyz:1: expected 99999999999999 atoms as this line says, got a file of 10 more bytes");
}

TEST(ExtxyzFailure, HeadersSayWhatIsWrong) {
  const auto with = [](const std::string& h) {
    return failure("a.xyz", "1\n" + h + "\nCu 0 0 0\n");
  };
  EXPECT_EQ(with("Lattice=\"5 0 0 0 5 0 0 0\""),
            "a.xyz:2: expected Lattice of 9 numbers, got 8 numbers");
  EXPECT_EQ(with("Lattice=\"5 0 0 0 5 0 0 0 5"),
            "a.xyz:2: expected a closing \", got \"\"5 0 0 0 5 0 0 0 5\"");
  EXPECT_EQ(with("pbc=\"T T T\""), "a.xyz:2: expected a Lattice, since pbc has a T, got none");
  EXPECT_EQ(with("pbc=\"T T\""), "a.xyz:2: expected pbc as three of T and F, got \"T T\"");
  EXPECT_EQ(with("energy=low"), "a.xyz:2: expected energy (a finite number), got \"low\"");
  EXPECT_EQ(with("Properties=species:S:1:pos:R:2"),
            "a.xyz:2: expected pos:R:3 in Properties, got pos:R:2");
  EXPECT_EQ(with("Properties=species:S:1"),
            "a.xyz:2: expected pos:R:3 in Properties, got \"species:S:1\"");
  EXPECT_EQ(with("Properties=species:S:1:pos:R"),
            "a.xyz:2: expected Properties as name:kind:width:..., got \"species:S:1:pos:R\"");
  EXPECT_EQ(with("energy=1 energy=2"), "a.xyz:2: expected each key once, got \"energy\" twice");
  EXPECT_NE(with("Lattice=\"5 0 0 5 0 0 0 0 5\"")
                .find("a.xyz:2: expected a valid Lattice, got cell: volume"),
            std::string::npos);
}

TEST(ExtxyzFailure, SymbolsStartWithALetter) {
  EXPECT_EQ(failure("a.xyz", "1\n" + header + "1 0 0 0\n"),
            "a.xyz:3: expected a chemical symbol (--types names numbered types), got \"1\"");
  EXPECT_EQ(failure("a.xyz", "1\n" + header + "*Cu 0 0 0\n"),
            "a.xyz:3: expected a chemical symbol (a letter first), got \"*Cu\"");
}

TEST(ExtxyzFailure, PartlyFrozenAtomsAreRefused) {
  EXPECT_EQ(failure("a.xyz", "1\nProperties=species:S:1:pos:R:3:move_mask:L:3\nCu 0 0 0 T T F\n"),
            "a.xyz:3: expected a move_mask that is the same in x, y and z, got an atom that is "
            "free in some directions only");
}

const std::string data_header =
    "title\n\n2 atoms\n2 atom types\n\n0 5 xlo xhi\n0 5 ylo yhi\n0 5 zlo zhi\n\n";
const std::string data_masses = "Masses\n\n1 63.546\n2 91.224 # Zr\n\n";

TEST(LammpsDataFailure, MessagesNameLineAndSection) {
  const auto with = [](const std::string& rest) {
    return failure("a.data", data_header + data_masses + rest);
  };
  EXPECT_EQ(with("Atoms\n\n1 1 0 0 0\n2 2 1 nan 0\n"),
            "a.data:18: expected a coordinate (a finite number), got \"nan\"");
  EXPECT_EQ(with("Atoms\n\n1 1 0 0 0\n"),
            "a.data:18: expected line 2 of 2 in Atoms, got the end of the file");
  EXPECT_EQ(
      with("Atoms\n\n1 1 0 0 0\n\nVelocities\n"),
      "a.data:19: expected an atom id, line 2 of 2 in Atoms (an integer), got \"Velocities\"");
  EXPECT_EQ(with("Atoms\n\n1 1 0 0 0\n2 2 1 0 0\n3 2 2 0 0\n"),
            "a.data:19: expected the name of a section, got \"3 2 2 0 0\"");
  EXPECT_EQ(with("Atoms\n\n1 1 0 0 0\n1 2 1 0 0\n"),
            "a.data:18: expected each atom id once, got id 1 again (first on line 17)");
  EXPECT_EQ(with("Atoms\n\n1 1 0 0 0\n2 3 1 0 0\n"),
            "a.data:18: expected an atom type from 1 to 2, got \"3\"");
  EXPECT_EQ(with("Atoms\n\n1 1 0 0 0\n2 2 1 0\n"),
            "a.data:18: expected 5 columns for atom 2 of 2 (style atomic), got 4");
  EXPECT_EQ(with("Atoms # sphere\n\n1 1 0 0 0 1 1\n2 2 1 0 0 1 1\n"),
            "a.data:17: expected atom style atomic, charge, molecular or full, got \"sphere\"");
  EXPECT_EQ(with("Velocities\n\n1 0 0 0\n3 0 0 0\n\nAtoms\n\n1 1 0 0 0\n2 2 1 0 0\n"),
            "a.data:23: expected a velocity of atom id 2, got none in Velocities");
  EXPECT_EQ(with(""), "a.data:15: expected a section Atoms, got the end of the file");
  EXPECT_EQ(failure("a.data", "title\n\n2 atoms\n5 0 xlo xhi\n"),
            "a.data:4: expected xhi above xlo, got 5 and 0");
  EXPECT_EQ(failure<InputError>("a.data", "t, units = real\n\n1 atoms\n"),
            "a.data:1: expected LAMMPS units metal (or lj), got \"real\"; convert the file first");
}

TEST(LammpsDataFailure, TypesWithoutNamesAskForThem) {
  const std::string atoms = "Atoms\n\n1 1 0 0 0\n2 2 1 1 1\n";
  EXPECT_EQ(failure<InputError>("a.data", data_header + atoms),
            "a.data: expected a name for atom type 1, got none; name all types in order, as in "
            "--types Zr,Cu,Al");
  EXPECT_EQ(failure<InputError>("a.data", data_header + "Masses\n\n1 1\n2 1\n\n" + atoms),
            "a.data: expected a name for atom type 1, got only a mass of 1; name all types in "
            "order, as in --types Zr,Cu,Al");
  EXPECT_EQ(failure<InputError>("a.data", data_header + "Masses\n\n1 63.546\n2 63.546\n\n" + atoms),
            "a.data: expected a name for atom type 2, got only a mass of 63.546; name all types in "
            "order, as in --types Zr,Cu,Al");
  EXPECT_EQ(failure<InputError>("a.data", data_header + atoms, {.types = {"Cu"}}),
            "a.data: atoms have type 2, expected --types to name it, got 1 name");
}

TEST(LammpsDumpFailure, MessagesNameLineAndColumn) {
  const auto with = [](const std::string& columns, const std::string& atoms,
                       const ReadOptions& options = {}) {
    return failure("a.dump",
                   "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n0 5\n0 "
                   "5\n0 5\nITEM: ATOMS " +
                       columns + "\n" + atoms,
                   options);
  };
  EXPECT_EQ(with("id element x y z", "1 Cu 0 0 0\n2 Cu inf 0 0\n"),
            "a.dump:11: expected a coordinate (a finite number), got \"inf\"");
  EXPECT_EQ(with("id element x y z", "1 Cu 0 0 0\n"),
            "a.dump:11: expected atom 2 of 2, got the end of the file");
  EXPECT_EQ(with("id element x y z", "1 Cu 0 0 0\n2 Cu 0 0\n"),
            "a.dump:11: expected 5 columns for atom 2 of 2, got 4");
  EXPECT_EQ(with("id element x y", "1 Cu 0 0\n2 Cu 0 0\n"),
            "a.dump:9: expected columns x y z (or xu yu zu, xs ys zs, xsu ysu zsu) in ITEM: ATOMS, "
            "got none of them");
  EXPECT_EQ(with("id element x y z", "5 Cu 0 0 0\n5 Cu 0 0 1\n"),
            "a.dump:11: expected each atom id once, got id 5 again (first on line 10)");
  EXPECT_EQ(
      failure("a.dump", "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS pp pp\n"),
      "a.dump:5: expected three boundaries as in \"pp pp ff\", got 2 words");
}

TEST(LammpsDumpFailure, TypesWithoutNamesOrAllCalledCAskForThem) {
  const std::string head =
      "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n0 5\n0 5\n0 5\n";
  EXPECT_EQ(
      failure<InputError>("a.dump", head + "ITEM: ATOMS id type x y z\n1 1 0 0 0\n2 2 1 1 1\n"),
      "a.dump: expected a name for atom type 1, got none; name all types in order, as in --types "
      "Zr,Cu,Al");
  EXPECT_EQ(failure<InputError>(
                "a.dump", head + "ITEM: ATOMS id type element x y z\n1 1 C 0 0 0\n2 2 C 1 1 1\n"),
            "a.dump: atom types 1 and 2 are both called C, LAMMPS's default name; name all types "
            "in order, as in --types Zr,Cu,Al");
}

TEST(ReadFailure, FilesThatCannotBeReadGiveOneLine) {
  const TemporaryFolder folder;
  EXPECT_EQ(what_of<InputError>([&] { (void)read_structure(folder / "none.xyz"); }),
            (folder / "none.xyz").string() + ": cannot read: No such file or directory");
  EXPECT_EQ(what_of<InputError>([&] { (void)read_structure(folder.path()); }),
            folder.path().string() + ": cannot read: Is a directory");
  EXPECT_EQ(failure("a.xyz.gz", "\x1f\x8b\x08 and so on"),
            "a.xyz.gz:1: expected a whole gzip file, it is damaged or cut off");
  EXPECT_EQ(failure("a.xyz.bz2", "BZh91AY"),
            "a.xyz.bz2:1: expected text or a gzip file, got another compressed file; decompress it first");
  EXPECT_EQ(failure("notes.txt", "hello\nworld\n"),
            "notes.txt:1: expected extended XYZ (the number of atoms first), a LAMMPS data file or "
            "a LAMMPS dump (ITEM: first), "
            "got \"hello\"");
}

Frame one_atom() {
  Frame f;
  f.configuration.species = {"Cu"};
  f.configuration.positions = Matrix3Xd::Zero(3, 1);
  return f;
}

TEST(WriteFailure, AFullDiskIsOneClearLine) {
  EXPECT_EQ(what_of<InputError>([&] { write_extxyz("/dev/full", one_atom()); }),
            "/dev/full: cannot write: No space left on device");
}

TEST(WriteFailure, AMissingFolderIsOneClearLine) {
  const TemporaryFolder folder;
  EXPECT_EQ(what_of<InputError>([&] { write_structure(folder / "no/a.xyz", one_atom()); }),
            (folder / "no/a.xyz").string() + ": cannot write: No such file or directory");
}

TEST(WriteFailure, AReadOnlyFolderIsOneClearLine) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  const TemporaryFolder folder;
  std::filesystem::permissions(
      folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_EQ(what_of<InputError>([&] { write_structure(folder / "a.xyz", one_atom()); }),
            (folder / "a.xyz").string() + ": cannot write: Permission denied");
}

/// No file may grow past `bytes` while this lives; writes then fail as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST(WriteFailure, AWriteThatStopsHalfwayLeavesTheOldFileAndNothingElse) {
  const TemporaryFolder folder;
  write_structure(folder / "a.xyz", one_atom());
  const std::string before = content_of(folder / "a.xyz");
  const Frame large = random_frame(1, 20.0 * Eigen::Matrix3d::Identity(), {true, true, true}, 500);
  {
    const FileSizeLimit limit(4096);
    EXPECT_EQ(what_of<InputError>([&] { write_structure(folder / "a.xyz", large); }),
              (folder / "a.xyz").string() + ": cannot write: File too large");
    EXPECT_EQ(
        what_of<InputError>([&] { write_extxyz(folder / "a.xyz", large, WriteMode::Append); }),
        (folder / "a.xyz").string() + ": cannot write: File too large");
  }
  EXPECT_EQ(content_of(folder / "a.xyz"), before);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(Write, ASymbolicLinkStaysOne) {
  const TemporaryFolder folder;
  folder.write("target.xyz", "old");
  std::filesystem::create_symlink("target.xyz", folder / "link.xyz");
  write_structure(folder / "link.xyz", one_atom());
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link.xyz"));
  EXPECT_EQ(read_structure(folder / "target.xyz").configuration.size(), 1);
}

TEST(WriteFailure, FramesThatCouldNotBeReadBackAreNotWritten) {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& name, const Frame& f,
                           const std::vector<std::string>& types = {}) {
    const std::string what = what_of<InputError>([&] { write_structure(folder / name, f, types); });
    EXPECT_FALSE(std::filesystem::exists(folder / name));
    return what;
  };
  Frame f = one_atom();
  EXPECT_NE(refused("a.txt", f).find("expected a name ending in .xyz"), std::string::npos);
  EXPECT_EQ(refused("a.data", f, {"Zr"}),
            "--types: expected all symbols of the structure, got none for Cu");
  f.configuration.ids = {0};
  EXPECT_EQ(refused("a.data", f), "atom 1 has id 0, expected a positive one for LAMMPS");
  f = one_atom();
  f.configuration.positions(1, 0) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NE(refused("a.xyz", f).find("atom 1: position"), std::string::npos);
  f = one_atom();
  f.configuration.species = {"1"};
  EXPECT_EQ(refused("a.xyz", f), "atom 1: \"1\" is no symbol, expected a letter first");
  f = one_atom();
  f.info["energy"] = "1";
  EXPECT_NE(refused("a.xyz", f).find("info key \"energy\""), std::string::npos);
  f = one_atom();
  f.extra["d2min"] = {ColumnKind::Real, Eigen::MatrixXd::Zero(1, 2), {}};
  EXPECT_EQ(refused("a.xyz", f), "frame: the extra column \"d2min\" does not fit 1 atoms");
}

}  // namespace
}  // namespace landscape::md
