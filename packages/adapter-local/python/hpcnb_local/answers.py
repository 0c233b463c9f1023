"""Why a request is not answered as asked."""


def explain_error(error):
    return f"{error.strerror}: {error.filename}" if error.filename is not None else str(error)


class Rejected(Exception):
    pass


class Unanswerable(Exception):
    pass
