from arrakis import Publisher

with Publisher("H1_DAQ", replay_id="o3-replay").register() as publisher:
    print(publisher.channels)
