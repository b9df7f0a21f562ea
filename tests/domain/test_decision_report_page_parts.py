from orphan_disease.domain.decision_report_page_parts import folded, note, picture, table


def test_words_stand_left_and_figures_right_with_their_interval_below() -> None:
    shown = table([["who", "cases", "age"], ["a & b", "12", "0.5 (0.4-0.6)"], ["c", "7", "-"]])
    assert '<tr><th class="t">who</th><th>cases</th><th>age</th></tr>' in shown
    assert '<tr><td class="t">a &amp; b</td><td>12</td><td>0.5<span class="i">(0.4-0.6)</span></td></tr>' in shown
    assert '<td class="t">c</td><td>7</td><td>-</td>' in shown


def test_a_column_with_one_word_is_a_column_of_words() -> None:
    assert '<td class="t">1</td>' in table([["age"], ["1"], ["1 to 2 years (most)"]])
    assert "1 to 2 years (most)</td>" in table([["age"], ["1"], ["1 to 2 years (most)"]])


def test_a_folded_part_is_open_only_where_asked() -> None:
    assert folded("a <b>", note("c"), is_open=True) == "<details open><summary>a &lt;b&gt;</summary><p>c</p></details>"
    assert folded("a", "", is_open=False) == "<details><summary>a</summary></details>"


def test_a_picture_travels_in_the_page() -> None:
    assert picture(b"\x00", "x") == '<figure><img alt="x" src="data:image/png;base64,AA=="></figure>'
