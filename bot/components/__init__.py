"""The NLU components of the assistant: plain classes in the Rasa environment (Python 3.10), importing nothing of ours.

A message passes them in this order: TolerantTokenizer (script, width, homophone typos, words), NameExtractor (look-up
tables), ValueExtractor (dates, periods, money, counts), AspectClassifier (what each part of the message wants).
"""
