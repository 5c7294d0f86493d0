console.log("odd", require("is-odd")(3), require("lodash").chunk([1,2,3],2).length)
