"""Counters of budgets: taken from before a call leaves, settled when it has ended.

In a database beside the trail for the processes of one machine, or on a Redis server
for many machines. A store that was lost is counted again from the trail.
"""

from affidavit.counters.keeper import Keeper as Keeper
from affidavit.counters.store import Counters as Counters
from affidavit.counters.store import Reading as Reading
