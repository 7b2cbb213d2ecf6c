from arrakis import Publisher

with Publisher("H1_DAQ").register() as publisher:
    print(publisher.channels)
