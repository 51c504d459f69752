"""As much of pyspark as scale/spark_job.py uses, for machines without it: parts run one after another, and a part that
fails is tried four times, as spark.task.maxFailures has it."""


class SparkConf:
    def setAppName(self, _name):
        return self

    def get(self, _key, default=None):
        return default


class _Parts:
    def __init__(self, work):
        self.work = work

    def map(self, function):
        def patient(part):
            for attempt in range(4):
                try:
                    return function(part)
                except Exception:
                    if attempt == 3:
                        raise
            return None

        return _Parts([lambda part=part: patient(part) for part in self.work])

    def collect(self):
        return [part() for part in self.work]


class SparkContext:
    def __init__(self, conf):
        self.conf = conf

    def getConf(self):
        return self.conf

    def setJobDescription(self, _text):
        pass

    def parallelize(self, work, _parts):
        return _Parts(work)

    def stop(self):
        pass
