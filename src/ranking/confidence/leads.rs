//! How far each candidate of a ranking is ahead of the best of the others.

use crate::ranking::compare::signals::Signal;
use crate::ranking::scored::Scored;

/// Leads beyond this many points say nothing more.
pub(in crate::ranking) const LEAD_LIMIT: f32 = 6.0;

/// How far each candidate is ahead of the best of the others.
pub(in crate::ranking) struct Leads {
    total: Vec<f32>,
    sense: Vec<f32>,
    lexical: Vec<f32>,
}

/// One candidate's leads.
#[derive(Debug, Clone, Copy)]
pub(in crate::ranking) struct Lead {
    pub(in crate::ranking) total: f32,
    pub(in crate::ranking) sense: f32,
    pub(in crate::ranking) lexical: f32,
}

/// What a rival reaches where the corpus is too small to have any: to lead over nobody is no evidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StandIn {
    pub(in crate::ranking) total: f32,
    pub(in crate::ranking) sense: f32,
    pub(in crate::ranking) lexical: f32,
}

impl Leads {
    /// Leads over the other candidates, and over the stand-in where there is one.
    pub(in crate::ranking) fn of(candidates: &[Scored], rival: Option<StandIn>) -> Self {
        Self {
            total: leads(candidates, rival.map(|rival| rival.total), |c| c.rank_logit),
            sense: leads(candidates, rival.map(|rival| rival.sense), |c| c.signals.get(Signal::SenseCosine)),
            lexical: leads(candidates, rival.map(|rival| rival.lexical), |c| c.lexical),
        }
    }

    pub(in crate::ranking) fn at(&self, candidate: usize) -> Lead {
        let total = self.total[candidate].clamp(-LEAD_LIMIT, LEAD_LIMIT);
        Lead { total, sense: self.sense[candidate], lexical: self.lexical[candidate] }
    }
}

/// Each candidate's value minus the best value among the others; its own value where it is alone.
fn leads(candidates: &[Scored], rival: Option<f32>, of: impl Fn(&Scored) -> f32) -> Vec<f32> {
    let mut best = (f32::NEG_INFINITY, usize::MAX);
    let mut second = f32::NEG_INFINITY;
    for (value, at) in candidates.iter().map(&of).zip(0..).chain(rival.map(|rival| (rival, usize::MAX))) {
        if value > best.0 {
            second = best.0;
            best = (value, at);
        } else if value > second {
            second = value;
        }
    }
    let other = |at| if at == best.1 { second } else { best.0 };
    candidates
        .iter()
        .enumerate()
        .map(|(at, candidate)| {
            let rival = other(at);
            if rival.is_finite() { of(candidate) - rival } else { of(candidate).max(0.0) }
        })
        .collect()
}
