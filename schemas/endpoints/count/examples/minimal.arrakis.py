import arrakis

print(arrakis.count())
