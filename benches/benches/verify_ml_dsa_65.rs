//! Verification with ML-DSA-65 next to the libraries' own calls, as in `verify`.

use countersign_benches::rows::{measure, ml_dsa};
use countersign_cose::Algorithm;
use countersign_figure::heap::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    measure(&ml_dsa::<ml_dsa::MlDsa65>(Algorithm::MlDsa65, &aws_lc_rs::signature::ML_DSA_65));
}
