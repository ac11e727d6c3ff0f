/// Second derivatives of the energy in which the strain of the cell takes part.
#pragma once

#include <Eigen/Dense>

#include "md/vibration/elastic.hpp"

namespace landscape::md {

/// Of one configuration, in Voigt's order xx yy zz yz xz xy with shear strains doubled; η is the Lagrangian strain.
struct StrainDerivatives {
  Matrix6d energy = Matrix6d::Zero();                ///< ∂²E/∂η² at fixed reduced coordinates [eV]
  VectorBlock forces;                                ///< dof x 6: Ξ = ∂²E/∂r∂η [eV/Å]
  Eigen::Matrix3d virial = Eigen::Matrix3d::Zero();  ///< σ V [eV]
};

/// @param atoms of the configuration, all of them free.
StrainDerivatives strain_derivatives(const SecondOrder& expansion, Eigen::Index atoms);

}  // namespace landscape::md
