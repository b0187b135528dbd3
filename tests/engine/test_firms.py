"""What belongs to one firm is neither read nor asked for by another firm's job (always-true 10)."""

from __future__ import annotations

from tests.engine.acts import book, meet
from tests.simulation.world import World


def test_a_full_look_asks_for_nothing_of_another_firm(world: World) -> None:
    """Even when the other firm's event is in no list of this one."""
    world.add_firm("f2")
    ann, cyd = world.add_person("ann"), world.add_person("cyd", "f2")
    for person in (ann, cyd):
        world.connect(person)
    meet(ann)
    book(world)
    for person in (ann, cyd):
        world.settle(person)
    of_ann = {link.outlook_id for link in world.links(ann)} | {link.caseflow_id for link in world.links(ann)}
    assert len(of_ann) == 4
    cyd.mailbox.expire_delta_links()
    world.caseflow.expire_cursors()
    world.requests.clear()
    world.settle(cyd)
    sent = b" ".join(url.encode() + body for _, _, url, body in world.requests)
    assert [one for one in of_ann if one is not None and one.encode() in sent] == []
    assert len(world.cases("f1")) == 2
