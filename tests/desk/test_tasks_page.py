"""What people have to do, on a page that ends it."""

from __future__ import annotations

import pytest

from desk_values import send, sign_in
from privacy.desk_roles import Role
from storage.tasks import list_tasks


def open_tasks(desk):
    with desk.database.reading() as reading:
        return list_tasks(reading)


@pytest.mark.usefixtures("references")
def test_a_task_that_is_done_leaves_the_list(desk, sam) -> None:
    task = next(one for one in open_tasks(desk) if one.kind == "look_at_message")
    assert "look at message" in sam.get("/tasks").text
    assert send(sam, "/tasks", task=str(task.task_id)).status_code == 303
    assert task.task_id not in {one.task_id for one in open_tasks(desk)}


@pytest.mark.usefixtures("references")
def test_a_task_that_somebody_else_ended_is_told_not_done(desk, sam) -> None:
    task = str(open_tasks(desk)[0].task_id)
    send(sam, "/tasks", task=task)
    assert send(sam, "/tasks", task=task).status_code == 409


@pytest.mark.usefixtures("references")
def test_a_viewer_sees_tasks_and_ends_none(app) -> None:
    viewer = sign_in(app, Role.VIEWER)
    assert "look at message" in viewer.get("/tasks").text
    assert "<form" not in viewer.get("/tasks").text


@pytest.mark.usefixtures("references")
def test_what_is_no_task_is_shown_again(sam) -> None:
    assert send(sam, "/tasks", task="x").status_code == 422
