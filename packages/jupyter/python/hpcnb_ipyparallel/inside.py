"""The jobs of a cluster that was started inside the notebook: as the session's own, but they end when the notebook is gone."""


def run_inside_controller(parameters):
    start_watching(parameters)
    run_controller(parameters)


def run_inside_engine(parameters):
    start_watching(parameters)
    run_engine(parameters)


def start_watching(parameters):
    def end():
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch_notebook, args=(parameters, end), daemon=True).start()


def watch_notebook(parameters, end):
    """
    Calls `end` when the notebook has ended, or was not heard of for `silence` seconds. A notebook that reached its
    walltime could tell nobody, and its jobs may have been queued until after that.
    """
    pulse, silence = parameters["notebook"]["pulse"], parameters["notebook"]["silence"]
    clock = AwakeClock()
    heard, last = None, clock.now()
    while clock.now() - last < silence:
        record, _reason = read_record(pulse, parameters["run"])
        if record is not None and record["state"] in ("ended", "failed"):
            break
        if record is not None and record != heard:
            heard, last = record, clock.now()
        time.sleep(silence / 20)
    say("the notebook is gone, and so this job ends too")
    end()
