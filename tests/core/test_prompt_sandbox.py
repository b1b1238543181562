"""A prompt somebody writes on a page is a template in a sandbox: it reads its values and nothing else."""

from __future__ import annotations

import pytest

from core.errors import BadInput, ConfigError
from core.overrides import with_prompts
from core.rendering import PromptLibrary, load_builtin

ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ value.__init__.__globals__ }}",
    "{{ value['__class__'] }}",
    "{{ value|attr('__class__') }}",
    "{{ '{0.__class__}'.format(value) }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__['os'] }}",
    "{{ self.__init__.__globals__ }}",
    "{{ value.append(1) }}",
    "{% set _ = value.clear() %}",
    "{{ range(10 ** 9) }}",
    "{{ 1 / 0 }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_a_template_that_reaches_outside_is_one_line(text):
    value = [1, 2]
    with pytest.raises(ConfigError, match=r"\A.+\Z"):
        PromptLibrary({"pitch": text}).render("pitch", value=value)
    assert value == [1, 2]


def test_an_override_that_reaches_outside_renders_nothing_of_it():
    prompts = load_builtin()
    text = "{{ ''.__class__.__mro__ }}"
    changed = with_prompts(prompts, {"prompt.pitch.text": text})
    with pytest.raises(ConfigError, match="cannot be rendered"):
        changed.render("pitch")


def test_an_override_that_includes_a_file_is_refused_when_it_is_said():
    with pytest.raises(BadInput, match="there is no prompt '/etc/passwd'"):
        with_prompts(load_builtin(), {"prompt.pitch.text": "{% include '/etc/passwd' %}"})
