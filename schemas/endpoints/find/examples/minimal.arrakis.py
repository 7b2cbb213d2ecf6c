import arrakis

for channel in arrakis.find():
    print(channel)
