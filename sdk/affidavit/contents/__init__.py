"""What calls said and were told, kept beside the trail when an operator wants that.

Off by default. `sealing` encrypts one content under a key of its own record; `store`
keeps keys and sealed contents apart, so that forgetting a key forgets a content in
every copy of it; `keeper` writes answers behind the program's back.
"""

from affidavit.contents.keeper import Keeper as Keeper
from affidavit.contents.store import ContentStore as ContentStore
from affidavit.contents.store import Held as Held
from affidavit.contents.store import Part as Part
from affidavit.contents.store import State as State
from affidavit.contents.store import content_path as content_path
