from arrakis import Channel, Publisher

channel = Channel("H1:GDS-CALIB_STATE_VECTOR", data_type="uint32", sample_rate=16)
Publisher("H1_DAQ").register([channel])
