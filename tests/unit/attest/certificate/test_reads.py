"""What a page reads like does not depend on how it was spelled."""

from affidavit.attest.certificate.reads import reads


def test_spellings_of_one_page_read_the_same() -> None:
    one = reads('<p class="a" id="b">1 &lt; 2<br>x</p>')
    assert one == reads("<P ID=b class='a'>1 &#60; 2<BR>x</P>")
    assert one == "<p\nclass=a\nid=b>1 < 2<br></>x</>"


def test_each_word_name_and_attribute_counts() -> None:
    true = '<p class="a">one</p>'
    twins = ('<p class="b">one</p>', '<p class="a">two</p>', '<q class="a">one</q>')
    assert len({reads(each) for each in (true, *twins)}) == 4
