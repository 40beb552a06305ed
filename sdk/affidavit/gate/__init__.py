"""What happens to one call: decided before it leaves, concluded after; no I/O."""

from affidavit.gate.burdens import OBSERVED as OBSERVED
from affidavit.gate.burdens import Spending as Spending
from affidavit.gate.life import Detector as Detector
from affidavit.gate.life import Gate as Gate
from affidavit.gate.life import Moment as Moment
from affidavit.gate.life import Verdict as Verdict
from affidavit.gate.life import content_key as content_key
