"""What files of the spool may say."""

import re


def problem_of(value, shape, where):
    """
    The one check: None, or what is wrong with the value there. A shape is a dictionary of
    shapes, whose keys end in "?" where they may be missing, a list of one shape, or a function with
    a doc string.
    """
    if isinstance(shape, dict):
        return problem_of_object(value, shape, where)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{where or 'the whole'} is no list"
        problems = (
            problem_of(item, shape[0], f"{where}[{index}]") for index, item in enumerate(value)
        )
        return next((problem for problem in problems if problem), None)
    return None if shape(value) else f"{where or 'the whole'} is not {shape.__doc__}"


def problem_of_object(value, shape, where):
    if not isinstance(value, dict):
        return f"{where or 'the whole'} is no object"
    for key, part in shape.items():
        name = key.rstrip("?")
        if name not in value:
            if name == key:
                return f"{where or 'the whole'} has no {name}"
            continue
        problem = problem_of(value[name], part, f"{where}.{name}" if where else name)
        if problem:
            return problem
    return None


def is_line(value):
    """a text of one line"""
    return isinstance(value, str) and len(value) <= 4096 and not CONTROL.search(value)


# What would end a line or steer a terminal; hpcnb takes no answer that has any.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def is_text(value):
    """a text"""
    return isinstance(value, str)


def is_line_or_null(value):
    """a text of one line or null"""
    return value is None or is_line(value)


def is_count(value):
    """a count"""
    return type(value) is int and 1 <= value <= 10_000_000


def is_exit_code(value):
    """an exit code"""
    return type(value) is int and 0 <= value <= 255


def is_seconds(value):
    """a number of seconds"""
    return type(value) in (int, float) and 0 <= value < 1e12


def is_moment(value):
    """seconds since 1970"""
    return type(value) is int and 0 <= value < 2**33


def is_process_id(value):
    """a process id"""
    # 0, 1 and what is negative would mean all processes of a group or of the machine.
    return type(value) is int and 1 < value < 2**31


def is_start(value):
    """the start of a process"""
    return value is None or is_line(value) or (type(value) is int and value >= 0)
